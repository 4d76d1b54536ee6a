/**
 * What `work` resolves to, unless that takes longer than `milliseconds`.
 * @throws what `work` throws, or an error that it took too long
 */
export async function inTime<Result>(milliseconds: number, work: Promise<Result>): Promise<Result> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      // What has arrived while this process itself had to wait is read first: it came in time.
      setImmediate(() => reject(new Error(`no answer in ${milliseconds} ms`)))
    }, milliseconds)
  })
  try {
    return await Promise.race([work, late])
  } finally {
    clearTimeout(timer)
  }
}
