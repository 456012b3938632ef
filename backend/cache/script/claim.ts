/**
 * CLAIM(limit, visibility): ms until the next key is due (-1: none waits), how many of the claimed keys events made
 * stale, then the claimed keys, those first. A quarter is left for keys that only their time made due, so that events
 * without end do not keep them waiting without end. A key in `urgent` that is not due in `dirty` has been taken since.
 */
export const claim = `
announceAllLate()
local reply = { -1, 0 }
local function take(key)
  redis.call('ZADD', dirty, now + ARGV[3], key)
  reply[#reply + 1] = key
end
for _, key in ipairs(redis.call('ZRANGEBYSCORE', urgent, '-inf', now, 'LIMIT', 0, math.ceil(ARGV[2] * 3 / 4))) do
  redis.call('ZREM', urgent, key)
  if tonumber(redis.call('ZSCORE', dirty, key) or 'inf') <= now then take(key) end
end
reply[2] = #reply - 2
for _, key in ipairs(redis.call('ZRANGEBYSCORE', dirty, '-inf', now, 'LIMIT', 0, ARGV[2] - reply[2])) do take(key) end
for _, queue in ipairs({ dirty, late }) do
  local first = redis.call('ZRANGE', queue, 0, 0, 'WITHSCORES')[2]
  if first then
    local wait = math.max(0, first - now)
    if reply[1] < 0 or wait < reply[1] then reply[1] = wait end
  end
end
return reply
`

/** UNCLAIM(ms, key, ...): what an event or another daemon has moved forward since stays there. */
export const unclaim = `
for n = 3, #ARGV do redis.call('ZADD', dirty, 'XX', 'LT', now + ARGV[2], ARGV[n]) end
return 1
`
