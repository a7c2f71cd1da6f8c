-- How much waits.
-- ARGV: the places to look at
-- Returns {contacts ready or claimed, of these claimed, lanes with mail, timers, for how long the first has waited in ms}.
local now = now_ms()
local ready, claimed, mail, timers, oldest = 0, 0, 0, 0, now
for _, p in ipairs(ARGV) do
  local at_workers = call('HVALS', p .. CLAIMED)
  ready = ready + call('LLEN', p .. READY)
  claimed = claimed + #at_workers
  for _, account in ipairs(call('SMEMBERS', p .. ACCOUNTS)) do
    mail = mail + call('LLEN', p .. DUE .. account) + call('HLEN', p .. FLYING .. account)
      + call('ZCARD', p .. MAIL .. account)
  end
  timers = timers + call('ZCARD', p .. TIMERS)
  at_workers[#at_workers + 1] = call('LINDEX', p .. READY, '0') or nil
  for _, since in ipairs(at_workers) do oldest = math.min(oldest, stamp_of(since)) end
end
return {ready + claimed, claimed, mail, timers, now - oldest}
