-- Hold leases longer.
-- ARGV: when they end, ms; then for each: place, account, lane, number of the row (8 bytes), tries
-- Returns a string with '1' (held) or '0' (lost) for each.
local ends = tonumber(ARGV[1])
local verdict = {}
for i = 2, #ARGV, 5 do
  local p, account, lane = ARGV[i], ARGV[i + 1], ARGV[i + 2]
  local row = call('LINDEX', p .. OUTBOX .. account .. ' ' .. lane, 0)
  local score = score_in_mail(p, account, lane)
  local holds = row and held(row, score, ARGV[i + 3], ARGV[i + 4])
  if holds then call('ZADD', p .. MAIL .. account, score_of(ends, leases_of(score)), lane) end
  verdict[#verdict + 1] = holds and '1' or '0'
end
return table.concat(verdict)
