-- Remember where links lead.
-- ARGV: for each: place, link, where it leads
-- Returns '1' for each.
local out = {}
for i = 1, #ARGV, 3 do
  call('SET', ARGV[i] .. LINK .. ARGV[i + 1], ARGV[i + 2], 'EX', LINK_TTL_S)
  out[#out + 1] = '1'
end
return out
