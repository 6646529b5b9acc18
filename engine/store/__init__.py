"""Everything durable: schema, migrations, writer, reader."""
