import { randomFrom } from "../../../bench/lib/faults.ts"

/** Random choices that a seed decides: the same seed gives the same program on every machine. */
export class Random {
    /** A number from 0 up to, but without, 1. */
    readonly next: () => number

    constructor(seed: number) {
        this.next = randomFrom(seed ^ 0x9e3779b9)
    }

    /** A whole number from `from` to `to`, both included. */
    between(from: number, to: number): number {
        return from + Math.floor(this.next() * (to - from + 1))
    }

    chance(odds: number): boolean {
        return this.next() < odds
    }

    pick<T>(list: readonly T[]): T {
        return list[Math.floor(this.next() * list.length)]!
    }

    /** One of the options, each as often as its weight says. */
    weigh<T>(options: readonly (readonly [number, T])[]): T {
        let at = this.next() * options.reduce((sum, [w]) => sum + w, 0)
        for (const [weight, option] of options)
            if ((at -= weight) < 0) return option
        return options[options.length - 1]![1]
    }
}
