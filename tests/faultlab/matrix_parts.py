"""Names and forms that inputs and outputs of a drawn command share."""

SOURCE, SOURCE_2, SINK, SINK_2 = "source", "source2", "sink", "sink2"


def server(name, kind, port, **options):
    return {"name": name, "kind": kind, "port": port, **options}


def feeder(name, argv, **options):
    return {"name": name, "kind": "feeder", "argv": argv, **options}
