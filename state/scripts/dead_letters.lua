-- The last letters set aside in each partition.
-- ARGV: how many; then the places to look at
-- Returns {place, entry id, fields} for each.
local out = {}
for i = 2, #ARGV do
  for _, entry in ipairs(call('XREVRANGE', ARGV[i] .. DEAD, '+', '-', 'COUNT', ARGV[1])) do
    out[#out + 1] = {ARGV[i], entry[1], entry[2]}
  end
end
return out
