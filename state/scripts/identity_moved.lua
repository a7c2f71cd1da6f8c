-- Events that waited are in their contact's inbox.
-- ARGV: place, identity; then each event as it waited
local list = ARGV[1] .. WAITING .. ARGV[2]
for i = 3, #ARGV do call('LREM', list, 1, ARGV[i]) end
