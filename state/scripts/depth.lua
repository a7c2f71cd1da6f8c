-- How much waits.
-- ARGV: the places to look at
-- Returns {contacts ready, of these claimed, lanes with mail, timers, age of the oldest ready entry in ms}.
local ready, claimed, mail, timers, oldest = 0, 0, 0, 0, nil
for _, p in ipairs(ARGV) do
  ready = ready + call('XLEN', p .. READY)
  local pending = redis.pcall('XPENDING', p .. READY, GROUP)
  if not pending.err then claimed = claimed + pending[1] end
  for _, account in ipairs(call('SMEMBERS', p .. ACCOUNTS)) do
    mail = mail + call('ZCARD', p .. MAIL .. account)
  end
  timers = timers + call('ZCARD', p .. TIMERS)
  local first = call('XRANGE', p .. READY, '-', '+', 'COUNT', 1)[1]
  local ms = first and tonumber(string.match(first[1], '^%d+'))
  if ms and (not oldest or ms < oldest) then oldest = ms end
end
local time = call('TIME')
local age = oldest and math.max(0, time[1] * 1000 + math.floor(time[2] / 1000) - oldest) or 0
return {ready, claimed, mail, timers, age}
