-- Which lanes have a row on the wire.
-- ARGV: now ms; then for each lane: place, account, lane
-- Returns a string with '1' (in flight) or '0' for each.
local now = tonumber(ARGV[1])
local verdict = {}
for i = 2, #ARGV, 3 do
  local flying = call('HGET', ARGV[i] .. FLYING .. ARGV[i + 1], ARGV[i + 2])
  verdict[#verdict + 1] = flying and stamp_of(flying) > now and '1' or '0'
end
return table.concat(verdict)
