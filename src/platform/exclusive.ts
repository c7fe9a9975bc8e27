import { Signal } from "./fibers"

/** Most jobs that may be queued or running, by default; one more is refused. */
export const MAX_EXCLUSIVE_JOBS = 8

/**
 * Runs jobs one after another, in a separate fiber: a caller that is terminated while its
 * job is queued or running leaves nothing locked and nothing half done.
 * @devsWhenUsed
 */
export class Exclusive {
    /** The running job, then the queued ones. */
    private readonly jobs: (() => Promise<void>)[] = []

    /**
     * @param what names the thing that the jobs work on, for the error of a full queue
     * @param most most jobs that may be queued or running
     */
    constructor(
        private readonly what: string,
        private readonly most = MAX_EXCLUSIVE_JOBS
    ) {}

    /**
     * Runs `job` when all jobs before it have ended.
     * @returns what the job returns
     * @throws what the job throws; Error when too many have not ended yet
     */
    async run<T>(job: () => Promise<T>): Promise<T> {
        const { jobs, what } = this
        if (jobs.length >= this.most)
            throw new Error(`${what} is busy, try again`)
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
}

/** Runs jobs, none of which throws, until there are no more. */
async function work(jobs: (() => Promise<void>)[]): Promise<void> {
    while (jobs.length) await jobs[0]()
}
