-- The lane's person cannot be reached: the bot's rows go, each with a line in the journal.
-- ARGV: place, account, lane, now ms, why
-- Returns how many went.
local p, account, lane, now, why = ARGV[1], ARGV[2], ARGV[3], tonumber(ARGV[4]), ARGV[5]
local outbox = p .. OUTBOX .. account .. ' ' .. lane
local rows = call('LRANGE', outbox, 0, -1)
local gone = 0
for _, row in ipairs(rows) do
  if of_the_bot(row) then
    journal_drop(p, row, lane, now, why)
    gone = gone + 1
  end
end
if gone > 0 then
  call('DEL', outbox)
  for _, row in ipairs(rows) do
    if not of_the_bot(row) then call('RPUSH', outbox, row) end
  end
  if gone == #rows or of_the_bot(rows[1]) then
    call('HDEL', p .. FLYING .. account, lane)
    call('ZREM', p .. MAIL .. account, lane)
    for _, member in ipairs(call('LRANGE', p .. DUE .. account, '0', '-1')) do
      if string.sub(member, STAMP + 1) == lane then call('LREM', p .. DUE .. account, '1', member) end
    end
    if gone < #rows then call('RPUSH', p .. DUE .. account, stamp(now) .. lane) end
  end
end
return gone
