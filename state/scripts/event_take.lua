-- Note for events from outside where they go; the first word on each counts.
-- ARGV: for each: place, digest of source and sender's id, where it goes
-- Returns for each: where it goes by the first word, or '+' if it is there already.
local out = {}
for i = 1, #ARGV, 3 do
  local key = ARGV[i] .. TAKEN .. ARGV[i + 1]
  if call('SET', key, ARGV[i + 2], 'NX', 'EX', SEEN_TTL_S) then
    out[#out + 1] = ARGV[i + 2]
  else
    out[#out + 1] = call('GET', key)
  end
end
return out
