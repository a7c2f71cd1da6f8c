-- The lane's person cannot be reached: the bot's rows go, each with a line in the journal.
-- ARGV: partition, account, lane, now ms, why
-- Returns how many went.
local p, account, lane, now, why = ARGV[1], ARGV[2], ARGV[3], tonumber(ARGV[4]), ARGV[5]
local outbox = of(p, OUTBOX, account .. ' ' .. lane)
local rows = call('LRANGE', outbox, 0, -1)
local gone = 0
for i, row in ipairs(rows) do
  if string.byte(row, 17) == 98 then
    journal_drop(p, row, lane, now, why)
    gone = gone + 1
  end
end
if gone > 0 then
  local head_goes = string.byte(rows[1], 17) == 98
  call('DEL', outbox)
  for _, row in ipairs(rows) do
    if string.byte(row, 17) ~= 98 then call('RPUSH', outbox, row) end
  end
  if head_goes then advance(p, account, lane, now) end
end
return gone
