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
  e.token, e.leaseIn, e.leaseUntil, e.leaseGeneration = ARGV[3], epoch, now + ARGV[4], e.required
  e.startedAt, e.minInterval = now, tonumber(ARGV[5])
  e.leaseCauses, e.causes = rememberAll(e.leaseCauses, e.causes), ''
  save(e, 'required', 'token', 'leaseIn', 'leaseUntil', 'leaseGeneration', 'startedAt', 'minInterval', 'leaseCauses',
    'causes')
  announceLate(e)
end
settle(e)
return { outcome, now, e.hash, e.failures }
`

const held = `
local e = read(ARGV[2])
if e.token == '' or e.token ~= ARGV[3] then return 'lost' end
`

/** EXTEND(key, token, ttl): a lease that ran out but that nobody took is still held. */
export const extend = `
${held}
e.leaseUntil = now + ARGV[4]
save(e, 'leaseUntil')
settle(e)
return 'held'
`

/** RELEASE(key, token): the load did not happen, so it keeps no distance. */
export const release = `
${held}
e.token, e.startedAt, e.retryAt = '', 0, 0
e.causes, e.leaseCauses = rememberAll(e.leaseCauses, e.causes), ''
save(e, 'token', 'startedAt', 'retryAt', 'causes', 'leaseCauses')
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
  redis.call('HSET', e.at, 'data', ARGV[4])
end
e.built, e.builtIn, e.checkedAt, e.dueAt = e.leaseGeneration, epoch, e.startedAt, tonumber(ARGV[7])
e.error, e.errorAt, e.failures, e.retryAt, e.wanted, e.token, e.leaseCauses = '', 0, 0, 0, '', '', ''
log(e, changed and 'changed' or 'confirmed')
announce(e, changed and ARGV[4])
save(e, 'hash', 'empty', 'loadedAt', 'dataCauses', 'built', 'builtIn', 'checkedAt', 'dueAt', 'error', 'errorAt',
  'failures', 'retryAt', 'wanted', 'token', 'leaseCauses', 'loads', unpack(versioned))
settle(e)
redis.call('ZREM', late, e.key)
return fresh(e) and 'fresh' or 'stale'
`

/** FAIL(key, token, error, retryIn): the generation built stays, so an event during the load is not lost. */
export const fail = `
${held}
e.failures, e.error, e.errorAt, e.retryAt = e.failures + 1, ARGV[4], now, now + ARGV[5]
e.wanted, e.token = '', ''
e.causes, e.leaseCauses = rememberAll(e.leaseCauses, e.causes), ''
log(e, 'failed')
announce(e)
save(e, 'failures', 'error', 'errorAt', 'retryAt', 'wanted', 'token', 'causes', 'leaseCauses', 'loads',
  unpack(versioned))
settle(e)
redis.call('ZREM', late, e.key)
return 'held'
`
