-- Claim contacts that are ready, those first that wait longest, and load what a worker needs of each.
-- ARGV: how many, events per contact; then the places to look at
-- Returns contact, tries, session or false, control, events for each, one behind the other.
local wanted, depth = tonumber(ARGV[1]), tonumber(ARGV[2])
local out, now = {}, nil
for i = 3, #ARGV do
  if wanted <= 0 then break end
  local p = ARGV[i]
  local found = call('ZPOPMIN', p .. READY, wanted)
  if #found > 0 then
    local contacts, tries = {}, {}
    for k = 1, #found, 2 do contacts[#contacts + 1] = found[k] end
    local scores = call('ZMSCORE', p .. CLAIMED, unpack(contacts))
    local free = {}
    for k, contact in ipairs(contacts) do
      if not scores[k] then -- else it is at a worker, whose commit makes it ready again
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
