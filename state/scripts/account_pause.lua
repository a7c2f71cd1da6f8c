-- Let nothing of an account leave before a time; an earlier pause that ends later stays.
-- KEYS[1]: the pause. ARGV: until, ms; for how long, ms
local until_ms = tonumber(ARGV[1])
if until_ms > tonumber(redis.call('GET', KEYS[1]) or 0) then
  redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
end
