-- Which lanes have a row on the wire.
-- ARGV: now ms; then for each lane: partition, account, lane
-- Returns a string with '1' (in flight) or '0' for each.
local now = tonumber(ARGV[1])
local verdict = {}
for i = 2, #ARGV, 3 do
  local p, account, lane = ARGV[i], ARGV[i + 1], ARGV[i + 2]
  local flying = call('HEXISTS', of(p, HELD, account), lane) == 1
    and tonumber(call('ZSCORE', of(p, MAIL, account), lane) or 0) > now
  verdict[#verdict + 1] = flying and '1' or '0'
end
return table.concat(verdict)
