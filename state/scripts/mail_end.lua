-- A leased row was sent or is given up: it goes, if the lease is still its holder's.
-- ARGV: for each: partition, account, lane, number of the row (8 bytes), tries, when the lane's next row is due in ms,
--   cause ('' = sent), where, blob, contact, at (of the dead letter)
-- Returns a string with '1' (done) or '0' (the lease was lost) for each.
local verdict = {}
for i = 1, #ARGV, 11 do
  local p, account, lane = ARGV[i], ARGV[i + 1], ARGV[i + 2]
  local outbox = of(p, OUTBOX, account .. ' ' .. lane)
  local row = call('LPOP', outbox)
  if row and held(p, account, lane, row, ARGV[i + 3], ARGV[i + 4]) then
    advance(p, account, lane, ARGV[i + 5])
    if ARGV[i + 6] ~= '' then
      bury(p, ARGV[i + 7], ARGV[i + 6], ARGV[i + 8], ARGV[i + 9], ARGV[i + 10])
    end
    verdict[#verdict + 1] = '1'
  else
    if row then call('LPUSH', outbox, row) end
    verdict[#verdict + 1] = '0'
  end
end
return table.concat(verdict)
