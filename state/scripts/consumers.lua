-- Forget consumers that were not seen for long and hold nothing: each process that ever lived left one.
-- ARGV: how long, ms; then the places to look at
for i = 2, #ARGV do
  local ready = ARGV[i] .. READY
  local consumers = redis.pcall('XINFO', 'CONSUMERS', ready, GROUP)
  if not consumers.err then -- no such group: nobody was ever there
    for _, consumer in ipairs(consumers) do
      if consumer[4] == 0 and consumer[6] > tonumber(ARGV[1]) then
        call('XGROUP', 'DELCONSUMER', ready, GROUP, consumer[2])
      end
    end
  end
end
