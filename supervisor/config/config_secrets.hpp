#pragma once

#include <string>

#include "supervisor/config/config.hpp"
#include "supervisor/secrets/secrets.hpp"

namespace supervisor {

// Learns every secret of the configuration: those of the streams' commands and fallbacks, of
// `source`, `sink`, RTMP_ENDPOINT and `dependencies`, of the URLs of Alertmanagers and
// exporters and of `alerts.command`; web hook URLs as a whole, their paths and the tokens in them;
// the values of headers; what references in commands stand for.
void learn_secrets(const Config& config, Secrets& secrets);

// `https://host/***`: a web hook's path is its password.
std::string masked_webhook(const std::string& url);

}  // namespace supervisor
