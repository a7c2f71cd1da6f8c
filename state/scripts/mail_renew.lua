-- Hold leases longer.
-- ARGV: when they end, ms; then for each: partition, account, lane, number of the row (8 bytes), tries
-- Returns a string with '1' (held) or '0' (lost) for each.
local verdict = {}
for i = 2, #ARGV, 5 do
  local p, account, lane = ARGV[i], ARGV[i + 1], ARGV[i + 2]
  local row = call('LINDEX', of(p, OUTBOX, account .. ' ' .. lane), 0)
  if row and held(p, account, lane, row, ARGV[i + 3], ARGV[i + 4]) then
    call('ZADD', of(p, MAIL, account), ARGV[1], lane)
    verdict[#verdict + 1] = '1'
  else
    verdict[#verdict + 1] = '0'
  end
end
return table.concat(verdict)
