-- Events from outside are where they belong, or were refused and may come again.
-- ARGV: for each: place, digest of source and sender's id, '+' = it is there, '' = refused
-- Returns '1' for each.
local out = {}
for i = 1, #ARGV, 3 do
  local key = ARGV[i] .. TAKEN .. ARGV[i + 1]
  if ARGV[i + 2] == '+' then
    call('SET', key, '+', 'EX', SEEN_TTL_S)
  else
    call('DEL', key)
  end
  out[#out + 1] = '1'
end
return out
