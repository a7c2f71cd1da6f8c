-- Events for somebody named by an identity: whose it is, or they wait.
-- ARGV: for each: place, identity, event's id, event
-- Returns for each: the contact; 'wait' (it waits now), 'seen' (it waits already), 'full' (too many wait), or 'drain'
--   (the contact is known, and earlier events have yet to be moved).
local out = {}
for i = 1, #ARGV, 4 do
  local p, identity = ARGV[i], ARGV[i + 1]
  local list = p .. WAITING .. identity
  local owner = call('GET', p .. IDENTITY .. identity)
  local waiting = call('LRANGE', list, 0, -1)
  local head = ARGV[i + 2] .. '\0'
  local verdict = owner and (#waiting > 0 and 'drain' or string.match(owner, '^%S+')) or 'wait'
  for _, entry in ipairs(waiting) do
    if verdict == 'wait' and string.sub(entry, 1, #head) == head then verdict = 'seen' end
  end
  if verdict == 'wait' then
    if #waiting >= WAITING_MOST then
      verdict = 'full'
    else
      call('RPUSH', list, head .. ARGV[i + 3])
      call('EXPIRE', list, WAITING_TTL_S)
    end
  end
  out[#out + 1] = verdict
end
return out
