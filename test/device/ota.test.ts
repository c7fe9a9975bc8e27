import { testPrograms } from "../system/device-programs.ts"

testPrograms("ota")
