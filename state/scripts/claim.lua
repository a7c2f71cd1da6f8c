-- Claim contacts that are ready, those first that wait longest, and load what a worker needs of each.
-- ARGV: how many, index of the last event that may go of each list; then the places to look at
-- Returns what `load` appends for each, one behind the other.
local wanted, depth = tonumber(ARGV[1]), ARGV[2]
local out, now = {}, nil
for i = 3, #ARGV do
  if wanted <= 0 then break end
  local p = ARGV[i]
  local found = call('LPOP', p .. READY, tostring(wanted))
  if found then
    local timers = {}
    for k, member in ipairs(found) do found[k], timers[k] = ready_of(member) end
    local claimed = call('HMGET', p .. CLAIMED, unpack(found))
    local free, tries, met, fired = {}, {}, {}, {}
    for k, contact in ipairs(found) do
      if claimed[k] then -- it is at a worker, whose commit makes it ready again
        if timers[k] then call('RPUSH', p .. INBOX .. contact, timers[k]) end
      else
        if not met[contact] then
          met[contact] = true
          free[#free + 1] = contact
          tries[#free] = 1
        end
        if timers[k] then add(fired, contact, timers[k]) end
      end
    end
    wanted = wanted - #free
    now = now or now_ms()
    if #free > 0 then load(out, p, free, tries, depth, now, fired) end
  end
end
return out
