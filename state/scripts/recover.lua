-- Take over what other workers claimed and did not commit in time.
-- ARGV: how many, events per contact, for how long, ms; then the places to look at
-- Returns what claim.lua returns.
local wanted, depth = tonumber(ARGV[1]), tonumber(ARGV[2])
local now = now_ms()
local before = '(' .. score_of(now - tonumber(ARGV[3]) + 1, 0)
local out = {}
for i = 4, #ARGV do
  if wanted <= 0 then break end
  local p = ARGV[i]
  local found = call('ZRANGEBYSCORE', p .. CLAIMED, '-inf', before, 'WITHSCORES', 'LIMIT', 0, wanted)
  if #found > 0 then
    local contacts, tries = {}, {}
    for k = 1, #found, 2 do
      contacts[#contacts + 1] = found[k]
      tries[#tries + 1] = leases_of(tonumber(found[k + 1])) + 1
    end
    wanted = wanted - #contacts
    load(out, p, contacts, tries, depth, now)
  end
end
return out
