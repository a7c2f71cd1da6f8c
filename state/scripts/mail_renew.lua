-- Hold leases longer.
-- ARGV: when they end, ms; then for each: place, account, lane, number of the row (8 bytes), tries
-- Returns a string with '1' (held) or '0' (lost) for each.
local verdict = {}
for i = 2, #ARGV, 5 do
  local key, lane = ARGV[i] .. FLYING .. ARGV[i + 1], ARGV[i + 2]
  local holds = held(call('HGET', key, lane), ARGV[i + 3], ARGV[i + 4])
  if holds then call('HSET', key, lane, flight(ARGV[1], ARGV[i + 3], ARGV[i + 4])) end
  verdict[#verdict + 1] = holds and '1' or '0'
end
return table.concat(verdict)
