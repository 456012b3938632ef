import { FEED_LIMIT } from '../cache.ts'

/**
 * PULSE(token, through, ttl): who has read it has read before it of every rebuild that is late, so that up to `through`
 * nothing is old that looks fresh.
 */
export const pulse = `
local lease = redis.call('HMGET', meta, 'pulseToken', 'pulseUntil')
if lease[1] and lease[1] ~= ARGV[2] and tonumber(lease[2]) > now then return 0 end
announceAllLate()
local through = ARGV[3]
if redis.call('ZCOUNT', late, '-inf', now) > 0 then through = redis.call('HGET', meta, 'through') or '0' end
local offset = redis.call('HINCRBY', meta, 'top', 1)
local first = redis.call('ZRANGE', dirty, 0, 0, 'WITHSCORES')[2]
local oldestDue = math.max(0, now - (first or now))
redis.call('HSET', meta, 'pulseToken', ARGV[2], 'pulseUntil', now + ARGV[4], 'pulseAt', now, 'through', through,
  'oldestDue', oldestDue)
redis.call('XADD', feed, 'MAXLEN', '~', ${FEED_LIMIT}, string.format('%.0f-0', offset), 'pulse', now, 'through',
  through, 'oldestDue', oldestDue)
return 1
`

/** LASTPULSE(): now, then pulseAt, through and oldestDue when this epoch has a pulse. */
export const lastPulse = `
return { now, unpack(redis.call('HMGET', meta, 'pulseAt', 'through', 'oldestDue')) }
`
