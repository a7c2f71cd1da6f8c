-- Entries of a stream.
-- KEYS[1]: the stream. ARGV: first id, last id, how many
return call('XRANGE', KEYS[1], ARGV[1], ARGV[2], 'COUNT', ARGV[3])
