-- How much waits.
-- ARGV: the partitions to look at
-- Returns {contacts ready, of these claimed, lanes with mail, timers, age of the oldest ready entry in ms}.
local ready, claimed, mail, timers, oldest = 0, 0, 0, 0, nil
for _, p in ipairs(ARGV) do
  ready = ready + call('XLEN', at(p, READY))
  local pending = redis.pcall('XPENDING', at(p, READY), GROUP)
  if not pending.err then claimed = claimed + pending[1] end
  for _, account in ipairs(call('SMEMBERS', at(p, ACCOUNTS))) do
    mail = mail + call('ZCARD', of(p, MAIL, account))
  end
  timers = timers + call('ZCARD', at(p, TIMERS))
  local first = call('XRANGE', at(p, READY), '-', '+', 'COUNT', 1)[1]
  local ms = first and tonumber(string.match(first[1], '^%d+'))
  if ms and (not oldest or ms < oldest) then oldest = ms end
end
local time = call('TIME')
local age = oldest and math.max(0, time[1] * 1000 + math.floor(time[2] / 1000) - oldest) or 0
return {ready, claimed, mail, timers, age}
