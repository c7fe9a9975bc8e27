import { Signal, spawn } from "./fibers"

/** Most jobs that may be queued or running; one more is refused. */
export const MAX_EXCLUSIVE_JOBS = 8

interface Jobs {
    /** The running one, then the queued ones. */
    readonly list: (() => Promise<void>)[]
    /** A fiber works on the list. */
    working: boolean
}

/**
 * Runs jobs one after another, in a fiber of their own: a caller that is terminated while its
 * job is queued or running leaves nothing locked and nothing half done.
 * @devsWhenUsed
 */
export class Exclusive {
    private readonly jobs: Jobs = { list: [], working: false }

    /** @param what names the thing that is worked on, for the error of a full queue */
    constructor(private readonly what: string) {}

    /**
     * Runs `job` when all jobs before it have ended.
     * @returns what the job returns
     * @throws what the job throws; Error when `MAX_EXCLUSIVE_JOBS` have not ended yet
     */
    async run<T>(job: () => Promise<T>): Promise<T> {
        const { jobs, what } = this
        if (jobs.list.length >= MAX_EXCLUSIVE_JOBS)
            throw new Error(`${what} is busy, try again`)
        const done = new Signal()
        let result: T
        let failed = false
        let error: any
        jobs.list.push(async () => {
            try {
                result = await job()
            } catch (e: any) {
                failed = true
                error = e
            }
            jobs.list.shift()
            done.notify()
        })
        if (!jobs.working) {
            jobs.working = true
            spawn(
                async () => await work(jobs),
                () => {}
            )
        }
        await done.wait()
        if (failed) throw error
        return result
    }
}

async function work(jobs: Jobs): Promise<void> {
    while (jobs.list.length) await jobs.list[0]()
    jobs.working = false
}
