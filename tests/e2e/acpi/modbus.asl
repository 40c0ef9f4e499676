// SPDX-License-Identifier: GPL-2.0-only
// The Modbus line on the test machine's second UART; @PORT@ is that UART's path.
DefinitionBlock ("", "SSDT", 2, "PRO380", "MODBUS", 1)
{
	External (@PORT@, DeviceObj)

	Scope (@PORT@)
	{
		Device (MODB)
		{
			Name (_HID, "PRP0001")
			Name (_CRS, ResourceTemplate ()
			{
				UartSerialBusV2 (9600, DataBitsEight, StopBitsOne, 0x00,
					LittleEndian, ParityTypeEven, FlowControlNone,
					0x0100, 0x0100, "@PATH@", 0x00,
					ResourceConsumer, , Exclusive, )
			})
			Name (_DSD, Package ()
			{
				ToUUID ("daffd814-6eba-4d8c-8a91-bc9bbf4aa301"),
				Package ()
				{
					Package () { "compatible", "modbus-rtu" },
					Package () { "current-speed", 9600 },
					Package () { "parity", "even" }
				}
			})

			Device (MTR1)
			{
				Name (_ADR, 1)
				Name (_DSD, Package ()
				{
					ToUUID ("daffd814-6eba-4d8c-8a91-bc9bbf4aa301"),
					Package ()
					{
						Package () { "compatible", "inepro,pro380" },
						Package () { "label", "feeder-1" }
					}
				})
			}

			Device (MTR2)
			{
				Name (_ADR, 2)
				Name (_DSD, Package ()
				{
					ToUUID ("daffd814-6eba-4d8c-8a91-bc9bbf4aa301"),
					Package ()
					{
						Package () { "compatible", "inepro,pro380" },
						Package () { "current-speed", 4800 },
						Package () { "parity", "odd" }
					}
				})
			}

			Device (MTR3)
			{
				Name (_ADR, 3)
				Name (_DSD, Package ()
				{
					ToUUID ("daffd814-6eba-4d8c-8a91-bc9bbf4aa301"),
					Package ()
					{
						Package () { "compatible", "inepro,pro380" },
						Package () { "current-speed", 2400 },
						Package () { "parity", "none" }
					}
				})
			}
		}
	}
}
