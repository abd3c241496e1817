#pragma once

#include <string>

namespace supervisor {

// Checks of URLs; each gives the text back or throws Unexpected. As URLs may hold credentials, what
// was found is described and never shown.

// Of an HTTP request of our own: http or https, with a host, valid by RFC 3986; up to 8
// KiB.
std::string read_http_url(const std::string& text);
// The same without a query or fragment: something is appended to it.
std::string read_base_url(const std::string& text);
// The same, of our own page, without a user name or password; up to 300 bytes: it stands in texts.
std::string read_public_url(const std::string& text);
// The same, of the programming interface of a server that receives a stream.
std::string read_api_url(const std::string& text);
// The same, of a system that takes metrics.
std::string read_exporter_url(const std::string& text);
// The same, of AzuraCast's front page.
std::string read_azuracast_url(const std::string& text);
// Of media: http or https, with a host. What follows is taken as FFmpeg does, in any spelling.
std::string read_media_url(const std::string& text);
// The same with a path: of a mount, not of its server.
std::string read_mount_url(const std::string& text);
// rtmp or rtmps, with a host. Stream keys have any form, so what follows is taken as it is.
std::string read_rtmp_url(const std::string& text);

}  // namespace supervisor
