-- Claim contacts that are ready, those first that wait longest, and load what a worker needs of each.
-- ARGV: how many, index of the last event that may go of each list; then the places to look at
-- Returns contact, tries, session or false, control, events for each, one behind the other.
local wanted, depth = tonumber(ARGV[1]), ARGV[2]
local out, now = {}, nil
for i = 3, #ARGV do
  if wanted <= 0 then break end
  local p = ARGV[i]
  local found = call('LPOP', p .. READY, tostring(wanted))
  if found then
    for k, member in ipairs(found) do found[k] = string.sub(member, STAMP + 1) end
    local claimed = call('HMGET', p .. CLAIMED, unpack(found))
    local free, tries, met = {}, {}, {}
    for k, contact in ipairs(found) do
      if not claimed[k] and not met[contact] then -- else it is at a worker, whose commit makes it ready again
        met[contact] = true
        free[#free + 1] = contact
        tries[#free] = 1
      end
    end
    wanted = wanted - #free
    now = now or now_ms()
    if #free > 0 then load(out, p, free, tries, depth, now) end
  end
end
return out
