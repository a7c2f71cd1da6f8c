-- Move due timers into inboxes as events of type `timer` (tunnel.events.Timer).
-- ARGV: origin (the process, for the wake-up), how many listeners are its own, now ms, how many; then the places to look at
-- Returns {how many moved, when the next is due in ms or ''}.
local now, wanted = tonumber(ARGV[3]), tonumber(ARGV[4])
local moved, next_due, ready = 0, nil, {}
for i = 5, #ARGV do
  local p = ARGV[i]
  local timers = p .. TIMERS
  local found = call('ZRANGEBYSCORE', timers, '-inf', now, 'WITHSCORES', 'LIMIT', 0, wanted - moved)
  for k = 1, #found, 2 do
    local member, due = found[k], tonumber(found[k + 1])
    local contact, timer = string.match(member, '^([^|]*)|(.*)$')
    local id = 'timer:' .. contact .. ':' .. timer .. ':' .. string.format('%.0f', due)
    call('ZREM', timers, member)
    put(ready, p, contact, INBOX,
      cmsgpack.pack({type = 'timer', id = id, at = now / 1000, timer = timer, due_at = due / 1000}))
    moved = moved + 1
  end
  local due = tonumber(call('ZRANGE', timers, 0, 0, 'WITHSCORES')[2])
  if due and (not next_due or due < next_due) then next_due = due end
end
if make_ready(ready) then tell(WAKE, ARGV[1], ARGV[2], {''}) end
return {moved, next_due and string.format('%.0f', next_due) or ''}
