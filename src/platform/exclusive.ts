import { Signal } from "./fibers"

/** Most jobs that may be queued or running, by default; one more is refused. */
export const MAX_EXCLUSIVE_JOBS = 8

/** The jobs of one thing: the running one, then the queued ones. */
export type Jobs = (() => Promise<void>)[]

/**
 * Runs `job` when all jobs before it have ended, in a separate fiber: a caller that is terminated
 * while its job is queued or running leaves nothing locked and nothing half done.
 * @param jobs those of the thing that the job works on
 * @param what names this thing, for the error of a full queue
 * @param most most jobs that may be queued or running
 * @returns what the job returns
 * @throws what the job throws; Error when too many have not ended yet
 */
export async function runExclusive<T>(
    jobs: Jobs,
    what: string,
    job: () => Promise<T>,
    most = MAX_EXCLUSIVE_JOBS
): Promise<T> {
    if (jobs.length >= most) throw new Error(`${what} is busy, try again`)
    const done = new Signal()
    let result: T
    let failed = false
    let error: any
    jobs.push(async () => {
        try {
            result = await job()
        } catch (e: any) {
            failed = true
            error = e
        }
        jobs.shift()
        done.notify()
    })
    if (jobs.length === 1) work.start(jobs)
    await done.wait()
    if (failed) throw error
    return result
}

/** Runs jobs, none of which throws, until there are no more. */
async function work(jobs: Jobs): Promise<void> {
    while (jobs.length) await jobs[0]()
}
