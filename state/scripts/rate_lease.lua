-- Take up to so many sends from the account's token bucket, kept as the time when it is full again (GCRA).
-- KEYS[1]: the bucket. ARGV: now ms, interval of one send in ms, how many
-- Returns how many were had. The bucket holds what a second brings, and at least one.
local now, interval, wanted = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local size = math.max(1000, interval)
local full = math.max(now, tonumber(redis.call('GET', KEYS[1]) or 0))
-- A hair's breadth, so that a bucket that is full but for rounding counts as full.
local had = math.max(0, math.min(wanted, math.floor((now + size - full) / interval + 1e-3)))
if had > 0 then
  full = full + had * interval
  redis.call('SET', KEYS[1], string.format('%.3f', full), 'PX', string.format('%.0f', full - now + 1))
end
return had
