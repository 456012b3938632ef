/** ACQUIRE(key, token, ttl, minInterval). A lease that ran out leaves its causes to the next. */
export const acquire = `
local e = read(ARGV[2])
local outcome = 'granted'
if fresh(e) then outcome = 'fresh'
elseif leased(e) then outcome = 'busy'
elseif not watched(e) and e.wanted == '' then outcome = 'idle'
elseif earliest(e) > now then outcome = 'busy'
end
if outcome == 'granted' then
  e.token, e.leaseUntil = ARGV[3], now + ARGV[4]
  redis.call('HSET', e.at, 'token', e.token, 'leaseIn', epoch, 'leaseUntil', e.leaseUntil, 'leaseGeneration', e.required,
    'startedAt', now, 'minInterval', ARGV[5])
  if e.causes ~= '' then
    redis.call('HSET', e.at, 'leaseCauses', rememberAll(e.leaseCauses, e.causes), 'causes', '')
  end
  announceLate(e)
end
settle(e)
return { outcome, now, e.hash, e.failures, current(e) and 1 or 0 }
`

const held = `
local e = read(ARGV[2])
if e.token == '' or e.token ~= ARGV[3] then return 'lost' end
`

/** EXTEND(key, token, ttl): a lease that ran out but that nobody took is still held. */
export const extend = `
${held}
e.leaseUntil = now + ARGV[4]
redis.call('HSET', e.at, 'leaseUntil', e.leaseUntil)
settle(e)
return 'held'
`

/** RELEASE(key, token): the load did not happen, so it keeps no distance. */
export const release = `
${held}
e.token, e.startedAt, e.retryAt = '', 0, 0
redis.call('HSET', e.at, 'token', '', 'startedAt', 0, 'retryAt', 0, 'causes', rememberAll(e.leaseCauses, e.causes),
  'leaseCauses', '')
settle(e)
redis.call('PUBLISH', prefix .. 'wake', '')
return 'held'
`

/** COMMIT(key, token, data, hash, empty, dueAt): stamps the generation seen when the load began. */
export const commit = `
${held}
local changed = e.hash ~= ARGV[5]
if changed then
  e.hash, e.empty, e.loadedAt, e.dataCauses = ARGV[5], ARGV[6], e.startedAt, e.leaseCauses
  redis.call('HSET', e.at, 'data', ARGV[4], 'hash', e.hash, 'empty', e.empty, 'loadedAt', e.loadedAt, 'dataCauses',
    e.dataCauses)
end
e.built, e.builtIn, e.checkedAt, e.dueAt = e.leaseGeneration, epoch, e.startedAt, tonumber(ARGV[7])
e.error, e.errorAt, e.retryAt, e.wanted, e.token = '', 0, 0, '', ''
log(e, changed and 'changed' or 'confirmed')
redis.call('HSET', e.at, 'built', e.built, 'builtIn', epoch, 'checkedAt', e.checkedAt, 'dueAt', e.dueAt, 'error', '',
  'errorAt', 0, 'failures', 0, 'retryAt', 0, 'wanted', '', 'token', '', 'leaseCauses', '', 'loads', e.loads)
announce(e, changed and ARGV[4])
keep(e)
settle(e)
redis.call('ZREM', late, e.key)
return fresh(e) and 'fresh' or 'stale'
`

/** FAIL(key, token, error, retryIn): the generation built stays, so an event during the load is not lost. */
export const fail = `
${held}
e.error, e.errorAt, e.retryAt, e.wanted, e.token = ARGV[4], now, now + ARGV[5], '', ''
log(e, 'failed')
redis.call('HSET', e.at, 'failures', e.failures + 1, 'error', e.error, 'errorAt', now, 'retryAt', e.retryAt, 'wanted', '',
  'token', '', 'causes', rememberAll(e.leaseCauses, e.causes), 'leaseCauses', '', 'loads', e.loads)
announce(e)
settle(e)
redis.call('ZREM', late, e.key)
return 'held'
`
