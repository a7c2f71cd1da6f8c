-- Give sessions back to a Redis that has lost them; those that exist stay as they are.
-- ARGV: for each: place, contact, session with its header, number of timers; then due in ms, timer for each
-- Returns a string with '1' (restored) or '0' (exists) for each.
local verdict = {}
local i = 1
while i < #ARGV do
  local p, contact, session, timers = ARGV[i], ARGV[i + 1], ARGV[i + 2], tonumber(ARGV[i + 3])
  i = i + 4
  local restored = call('SET', p .. SESSION .. contact, session, 'NX')
  if restored and timers > 0 then
    call('ZADD', p .. TIMERS, unpack(ARGV, i, i + 2 * timers - 1))
  end
  i = i + 2 * timers
  verdict[#verdict + 1] = restored and '1' or '0'
end
return table.concat(verdict)
