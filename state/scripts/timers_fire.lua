-- Move due timers into inboxes as events of type `timer` (tunnel.events.Timer).
-- ARGV: now ms, how many; then the partitions to look at
-- Returns {how many moved, when the next is due in ms or ''}.
local now, wanted = tonumber(ARGV[1]), tonumber(ARGV[2])
local moved, next_due = 0, nil
for i = 3, #ARGV do
  local p = ARGV[i]
  local timers = at(p, TIMERS)
  local found = call('ZRANGE', timers, 0, wanted - moved, 'WITHSCORES')
  for k = 1, #found, 2 do
    local member, due = found[k], tonumber(found[k + 1])
    if due > now or moved == wanted then
      if not next_due or due < next_due then next_due = due end
      break
    end
    local contact, timer = string.match(member, '^([^|]*)|(.*)$')
    local id = 'timer:' .. contact .. ':' .. timer .. ':' .. string.format('%.0f', due)
    call('ZREM', timers, member)
    put(p, contact, INBOX, CONTROL,
      cmsgpack.pack({type = 'timer', id = id, at = now / 1000, timer = timer, due_at = due / 1000}))
    moved = moved + 1
  end
end
return {moved, next_due and string.format('%.0f', next_due) or ''}
