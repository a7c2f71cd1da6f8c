-- Leased rows were sent or are given up: they go, if the lease is still its holder's.
-- ARGV: for each: place, account, lane, number of the row (8 bytes), tries, when the lane's next row is due in ms, line for
--   the journal ('' = none), where ('' = sent); and if it is given up: cause, blob, contact, at (of the dead letter)
-- Returns a string with '1' (done) or '0' (the lease was lost) for each.
local starts, lanes = {}, {}
local i = 1
while i < #ARGV do
  starts[#starts + 1] = i
  add(lanes, ARGV[i] .. MAIL .. ARGV[i + 1], ARGV[i + 2])
  i = i + (ARGV[i + 7] == '' and 8 or 12)
end
local scores = {}
for mail, names in pairs(lanes) do
  local found = call('ZMSCORE', mail, unpack(names))
  scores[mail] = {}
  for k, lane in ipairs(names) do scores[mail][lane] = tonumber(found[k] or 0) end
end

local verdict, empty, next_due = {}, {}, {}
for k, start in ipairs(starts) do
  local p, account, lane, where = ARGV[start], ARGV[start + 1], ARGV[start + 2], ARGV[start + 7]
  local outbox, mail = p .. OUTBOX .. account .. ' ' .. lane, p .. MAIL .. account
  local rows = call('LPOP', outbox, 2) -- the one behind, too, to learn whether there is one
  local row = rows and rows[1]
  if row and held(row, scores[mail][lane], ARGV[start + 3], ARGV[start + 4]) then
    verdict[k] = '1'
    if rows[2] then
      call('LPUSH', outbox, rows[2])
      add(next_due, mail, score_of(ARGV[start + 5], 0), lane)
    else
      add(empty, mail, lane)
    end
    if ARGV[start + 6] ~= '' then call('XADD', p .. JOURNAL, '*', 'c', contact_of(row), 'l', ARGV[start + 6]) end
    if where ~= '' then bury(p, where, unpack(ARGV, start + 8, start + 11)) end
  else
    verdict[k] = '0'
    if rows and rows[2] then
      call('LPUSH', outbox, rows[2], row)
    elseif row then
      call('LPUSH', outbox, row)
    end
  end
end
for mail, names in pairs(empty) do bulk(names, 'ZREM', mail) end
for mail, members in pairs(next_due) do bulk(members, 'ZADD', mail) end
return table.concat(verdict)
