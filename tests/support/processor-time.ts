/**
 * Milliseconds for which `work` keeps this thread's processor busy. What else the machine does
 * meanwhile does not count, nor does waiting.
 */
export async function processorTime(work: () => unknown): Promise<number> {
  const before = process.threadCpuUsage()
  await work()
  const { user, system } = process.threadCpuUsage(before)
  return (user + system) / 1000
}
