-- Add a row to a web thread, once.
-- ARGV: origin (the process, for the wake-up), how many listeners are its own, place, lane, number, blob
-- Returns 1, or 0 if a row of this or a higher number is there.
local thread = ARGV[3] .. THREAD .. ARGV[4]
local added = redis.pcall('XADD', thread, 'MAXLEN', '~', THREAD_ROWS, ARGV[5] .. '-0', 'b', ARGV[6])
if type(added) == 'table' and added.err then
  if string.find(added.err, 'equal or smaller', 1, true) then return 0 end
  return added
end
call('EXPIRE', thread, THREAD_TTL_S)
tell(WRITTEN, ARGV[1], ARGV[2], {ARGV[4]})
return 1
