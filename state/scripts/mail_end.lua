-- A leased row was sent or is given up: it goes, if the lease is still its holder's.
-- ARGV: for each: place, account, lane, number of the row (8 bytes), tries, when the lane's next row is due in ms, line for
--   the journal ('' = none), where ('' = sent); and if it is given up: cause, blob, contact, at (of the dead letter)
-- Returns a string with '1' (done) or '0' (the lease was lost) for each.
local verdict = {}
local i = 1
while i < #ARGV do
  local p, account, lane, where = ARGV[i], ARGV[i + 1], ARGV[i + 2], ARGV[i + 7]
  local outbox = p .. OUTBOX .. account .. ' ' .. lane
  local row = call('LPOP', outbox)
  if row and held(p, account, lane, row, ARGV[i + 3], ARGV[i + 4]) then
    advance(p, account, lane, ARGV[i + 5])
    if ARGV[i + 6] ~= '' then call('XADD', p .. JOURNAL, '*', 'c', contact_of(row), 'l', ARGV[i + 6]) end
    if where ~= '' then bury(p, where, unpack(ARGV, i + 8, i + 11)) end
    verdict[#verdict + 1] = '1'
  else
    if row then call('LPUSH', outbox, row) end
    verdict[#verdict + 1] = '0'
  end
  i = i + (where == '' and 8 or 12)
end
return table.concat(verdict)
