-- Claim ready contacts and load what a worker needs of each.
-- ARGV: consumer, how many more to claim, events per contact, number of contacts claimed before this call;
--   for each of those: place, contact, entry id; then the places to look at
-- Returns {contact, entry id, tries, session or false, control, events} for each.
local consumer, wanted, depth, given = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4])
local out = {}
for i = 5, 4 + 3 * given, 3 do
  load(out, ARGV[i], ARGV[i + 1], ARGV[i + 2], 1, depth)
end

local function read(ready)
  return redis.pcall('XREADGROUP', 'GROUP', GROUP, consumer, 'COUNT', wanted, 'STREAMS', ready, '>')
end

for i = 5 + 3 * given, #ARGV do
  if wanted <= 0 then break end
  local p = ARGV[i]
  local ready = p .. READY
  local reply = read(ready)
  if type(reply) == 'table' and reply.err then -- no such group: the first time, or after a FLUSHALL
    call('XGROUP', 'CREATE', ready, GROUP, '0', 'MKSTREAM')
    reply = read(ready)
  end
  if reply then
    for _, entry in ipairs(reply[1][2]) do
      wanted = wanted - 1
      load(out, p, entry[2][2], entry[1], 1, depth)
    end
  end
end
return out
