-- Take over what other workers claimed and did not commit in time.
-- XPENDING and XCLAIM, not XAUTOCLAIM: in Redis 6.2 that tells neither delivery counts nor which entries are gone.
-- ARGV: consumer, how many, events per contact, idle ms; then the places to look at
-- Returns what claim.lua returns.
local consumer, wanted, depth, idle = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3]), ARGV[4]
local out = {}
for i = 5, #ARGV do
  if wanted <= 0 then break end
  local p = ARGV[i]
  local ready = p .. READY
  local pending = redis.pcall('XPENDING', ready, GROUP, 'IDLE', idle, '-', '+', wanted)
  if not pending.err then -- no such group: nothing was ever claimed
    for _, claim in ipairs(pending) do
      wanted = wanted - 1
      local entry = call('XRANGE', ready, claim[1], claim[1])[1]
      if entry then
        call('XCLAIM', ready, GROUP, consumer, idle, claim[1], 'RETRYCOUNT', claim[4] + 1, 'JUSTID')
        load(out, p, entry[2][2], claim[1], claim[4] + 1, depth)
      else
        call('XACK', ready, GROUP, claim[1])
      end
    end
  end
end
return out
