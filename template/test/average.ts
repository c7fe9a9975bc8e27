import { describe, expect, test } from "@devicescript/test"
import { average } from "../src/average"

describe("average", () => {
    test("is that of all numbers", () => {
        expect(average([20, 21, 25])).toBe(22)
    })
    test("is undefined of none", () => {
        expect(average([])).toBe(undefined)
    })
})
