import fc from 'fast-check'

let asked = 0

// Each property gets a seed of its own, the same in every run; and a failure is told at once, not first made small.
fc.configureGlobal({
  get seed() {
    asked += 1
    return asked
  },
  endOnFailure: true,
  includeErrorInReport: true,
})
