// SPDX-License-Identifier: GPL-2.0-only
// The M-Bus on the test machine's third UART; @PORT@ is that UART's path.
DefinitionBlock ("", "SSDT", 2, "PRO380", "MBUS", 1)
{
	External (@PORT@, DeviceObj)

	Scope (@PORT@)
	{
		Device (MBUS)
		{
			Name (_HID, "PRP0001")
			Name (_CRS, ResourceTemplate ()
			{
				UartSerialBusV2 (2400, DataBitsEight, StopBitsOne, 0x00,
					LittleEndian, ParityTypeEven, FlowControlNone,
					0x0100, 0x0100, "@PATH@", 0x00,
					ResourceConsumer, , Exclusive, )
			})
			Name (_DSD, Package ()
			{
				ToUUID ("daffd814-6eba-4d8c-8a91-bc9bbf4aa301"),
				Package ()
				{
					Package () { "compatible", "mbus-uart" }
				}
			})

			// Primary address 7, at the speed of the line
			Device (MTR1)
			{
				Name (_ADR, 7)
				Name (_DSD, Package ()
				{
					ToUUID ("daffd814-6eba-4d8c-8a91-bc9bbf4aa301"),
					Package ()
					{
						Package () { "compatible", "inepro,pro380" },
						Package () { "label", "feeder-7" }
					}
				})
			}

			// A whole secondary address. Below a DSDT of revision 1, as QEMU's own is,
			// _ADR loses its upper half, and "reg" is needed.
			Device (MTR2)
			{
				Name (_ADR, 0x22091039CD250102)
				Name (_DSD, Package ()
				{
					ToUUID ("daffd814-6eba-4d8c-8a91-bc9bbf4aa301"),
					Package ()
					{
						Package () { "compatible", "inepro,pro380" },
						Package () { "reg", Package () { 0x22091039, 0xCD250102 } }, // @NARROW@
						Package () { "current-speed", 9600 }
					}
				})
			}

			// A secondary address of which only the number is told
			Device (MTR3)
			{
				Name (_ADR, 0xFFFFFFFF)
				Name (_DSD, Package ()
				{
					ToUUID ("daffd814-6eba-4d8c-8a91-bc9bbf4aa301"),
					Package ()
					{
						Package () { "compatible", "inepro,pro380" },
						Package () { "reg", Package () { 0x22091064, 0xFFFFFFFF } },
						Package () { "current-speed", 4800 }
					}
				})
			}

			// A meter of another make
			Device (MTR4)
			{
				Name (_ADR, 4)
				Name (_DSD, Package ()
				{
					ToUUID ("daffd814-6eba-4d8c-8a91-bc9bbf4aa301"),
					Package ()
					{
						Package () { "compatible", "mbus-meter" }
					}
				})
			}
		}
	}
}
