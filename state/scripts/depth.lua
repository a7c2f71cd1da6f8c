-- How much waits.
-- ARGV: the places to look at
-- Returns {contacts ready or claimed, of these claimed, lanes with mail, timers, for how long the first has waited in ms}.
local now = now_ms()
local ready, claimed, mail, timers, oldest = 0, 0, 0, 0, now
for _, p in ipairs(ARGV) do
  ready = ready + call('ZCARD', p .. READY)
  claimed = claimed + call('ZCARD', p .. CLAIMED)
  for _, account in ipairs(call('SMEMBERS', p .. ACCOUNTS)) do
    mail = mail + call('ZCARD', p .. MAIL .. account)
  end
  timers = timers + call('ZCARD', p .. TIMERS)
  local since = call('ZRANGE', p .. READY, 0, 0, 'WITHSCORES')[2]
  local claimed_since = call('ZRANGE', p .. CLAIMED, 0, 0, 'WITHSCORES')[2]
  oldest = math.min(oldest, since or now, claimed_since and due_of(claimed_since) or now)
end
return {ready + claimed, claimed, mail, timers, now - oldest}
