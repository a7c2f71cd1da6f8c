-- Move due timers to their contacts: each becomes ready together with its timer, in one command for all (see ready_of).
-- ARGV: origin (the process, for the wake-up), how many listeners are its own, now ms, how many; then the places to look at
-- Returns {how many moved, when the next is due in ms or ''}.
local now, wanted = ARGV[3], tonumber(ARGV[4])
local moved, next_due = 0, nil
local head = stamp(now_ms()) .. stamp(now)
for i = 5, #ARGV do
  local timers = ARGV[i] .. TIMERS
  local found = call('ZRANGEBYSCORE', timers, '-inf', now, 'WITHSCORES', 'LIMIT', '0', tostring(wanted - moved))
  local some = #found / 2
  if some > 0 then
    local ready = {}
    for k = 1, some do
      local due = found[2 * k]
      ready[k] = head .. (#due == STAMP and due or stamp(due)) .. found[2 * k - 1]
    end
    call('ZREMRANGEBYRANK', timers, '0', tostring(some - 1)) -- they are the first
    bulk(ready, 'RPUSH', ARGV[i] .. READY)
    moved = moved + some
  end
  local due = tonumber(call('ZRANGE', timers, '0', '0', 'WITHSCORES')[2])
  if due and (not next_due or due < next_due) then next_due = due end
end
if moved > 0 then tell(WAKE, ARGV[1], ARGV[2], {''}) end
return {moved, next_due and string.format('%.0f', next_due) or ''}
