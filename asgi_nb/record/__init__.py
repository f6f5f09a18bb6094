"""What happened on the wire, as plain data: exchanges, the tap that records, the store that keeps."""
