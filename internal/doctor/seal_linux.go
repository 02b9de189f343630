package doctor

// systemSeals is that this system is one that keeps the key which seals
// sessions, if it can.
const systemSeals = true
