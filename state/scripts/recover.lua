-- Take over what other workers claimed and did not commit in time.
-- ARGV: how many, index of the last event that may go of each list, for how long, ms; then the places to look at
-- Returns what claim.lua returns.
local wanted, depth = tonumber(ARGV[1]), ARGV[2]
local now = now_ms()
local before = now - tonumber(ARGV[3])
local out = {}
for i = 4, #ARGV do
  local p = ARGV[i]
  local claimed = call('HGETALL', p .. CLAIMED)
  local contacts, tries, fired = {}, {}, {}
  for k = 1, #claimed, 2 do
    if wanted > 0 and stamp_of(claimed[k + 1]) <= before then
      wanted = wanted - 1
      contacts[#contacts + 1] = claimed[k]
      local times, timers = string.match(claimed[k + 1], '^(%d+)|?(.*)$', STAMP + 1)
      tries[#tries + 1] = tonumber(times) + 1
      if timers ~= '' then fired[claimed[k]] = cmsgpack.unpack(timers) end
    end
  end
  if #contacts > 0 then load(out, p, contacts, tries, depth, now, fired) end
end
return out
