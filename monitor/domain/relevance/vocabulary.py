"""The words of the label rule, in folded form (simplified, lower-case), as one scanner over a clause.

Rule: the last deciding word of a conjunct says what the company makes; no word weighs more than another.
Rule: longer and narrower words stand before shorter ones, because the first alternative that fits wins.
"""

from __future__ import annotations

import re
from enum import StrEnum
from functools import lru_cache


class Kind(StrEnum):
    """What a word does to the conjunct it stands in."""

    STICKY = "sticky"  # the whole conjunct is something else, whatever chips it names
    AI = "ai"  # an AI accelerator
    RELATED = "related"  # a thing of the chain around it, complete in itself
    ROLE = "role"  # equipment, test, packaging, IP …: of the chain if chips are spoken of
    OTHER_CHIP = "other_chip"  # a chip of another kind
    OTHER = "other"  # no chip at all, and what comes before it only qualifies it
    CHIP = "chip"  # a chip of unknown kind
    FIELD = "field"  # a field of AI: with a chip close behind, that chip is one for it
    SPLIT = "split"  # joins two conjuncts


# --- AI accelerators -------------------------------------------------------------------------------------
_AI_FIELD = (
    r"(?<![a-z])ai(?![a-z])|(?<![a-z])a\.i\.|artificial[ -]intelligence|人工智能|智能计算|智算|"
    r"深度学习|深度计算|"
    r"神经(?:网络|决策|处理|计算)|超算|(?<![a-z])hpc(?![a-z])|机器学习|"
    r"大语言模型|大模型|训推|训练|推理|大算力|高算力|算力|自动驾驶|无人驾驶|"
    r"智能驾驶|智驾|辅助驾驶|推论|advanced driver[ -]assistance|具身智能|"
    r"(?<![a-z])adas(?![a-z])|智能汽车|汽车计算|车规计算|车载计算|车规级计算|感存算一体|感存算|"
    r"存算一体|存内计算|存内|"
    r"存算|近存计算|近存|类脑|神经形态|神经拟态|仿生智能|数据流|可重构计算|可重构|粗粒度可重构|张量|"
    r"并行计算|加速计算|异构计算|"
    r"通用计算|高性能计算|高性能通用计算|光子计算|光计算|边缘计算|智能视觉|多模态|transformer|脉动阵列|舱驾一体|舱驾融合|舱行泊一体|robotaxi|"
    r"(?:云|边|端|云端|边缘|边缘侧|终端|端侧|车载|云边端)+智能|deep[ -]learning|machine[ -]learning|"
    r"neural(?:[ -]network)?|"
    r"neuromorphic|"
    r"tensor|inference|inferencing|training|autonomous[ -]driving|self-driving|automated[ -]driving|"
    r"(?:intelligent|smart)[ -]driving|"
    r"in-memory[ -]comput(?:ing|e)|compute-in-memory|near-memory[ -]comput(?:ing|e)|processing-in-memory|"
    r"dataflow|wafer-scale|reconfigurable|brain-inspired|accelerated[ -]computing|parallel[ -]computing|"
    r"high-performance[ -]computing|photonic[ -]computing|optical[ -]computing"
)
_AI_BETWEEN = (
    r"服务器|数据中心|推论|众核|多核|平台|大脑|决策|规划|视觉感知|机器视觉|计算机视觉|视觉|"
    r"图像|视频|语音|感知|训练|推理|训推|一体化|一体|云边端|云端|云侧|"
    r"边缘侧|边缘端|边缘|端侧|终端|车端|车载|车规级|车规|"
    r"通用|专用|异构|核心|主控|高性能|高能效|高端|高性价比|低功耗|超低功耗|大规模|大算力|高算力|算力|计算|"
    r"加速|智能|"
    r"国产|自研|自主|系列|领域|场景|全场景|域控制器|域控|驾驶|"
    r"设计的|优化的|打造的|定制的|架构|系统级|chiplet|芯粒|soc|asic|npu|"
    r"gpu|大模型|模型|深度学习|机器学习|神经网络|"
    r"一体式|级|类|型|的|-| |"
    r"(?:与|和|及|、|/|\+)(?=训练|推理|决策|规划|云|边|端|加速|图形|图像|视觉|语音|计算|深度学习|大模型|数据中心)|"
    r"edge|cloud|data[ -]?cent(?:er|re)|vision|visual|speech|voice|inference|training|inferencing|"
    r"(?:and |or |& |/|, )(?=training|inference|edge|acceleration)|"
    r"computing|compute|processing|acceleration|accelerator|high-performance|low-power|large-scale|"
    r"custom|domain-specific|specific|network|learning|model|llm|dedicated"
)
_AI_HEAD = (
    r"处理器芯片|处理芯片|芯片组|加速芯片|芯片|芯粒(?!互)|协处理器|处理器|处理单元|加速器|加速卡|加速板卡|"
    r"加速模组|板卡|推理卡|训练卡|计算卡|算力卡|训推卡|"
    r"(?<![a-z])(?:socs?|asics?|chips?|chipsets?|chipmakers?|processors?|processing units?|"
    r"accelerators?|cards?|systems?[ -]on[ -](?:a[ -])?chips?|semiconductors?|silicon|xpus?)(?![a-z])"
)
_AI = (
    r"(?:深度学习|神经网络|人工智能|(?<![a-z])ai)处理器[ ]?[di]pu|"
    rf"(?:{_AI_FIELD})(?:{_AI_BETWEEN}){{0,7}}(?:{_AI_HEAD})|"
    r"(?<![a-z])(?:gp)?gpus?(?![a-z])|(?<![a-z])(?:npu|tpu|lpu|bpu|dcu|gcu|xpu|ppu)s?(?![a-z])|"
    r"图形处理(?:器|单元|芯片)|图形(?:图像|渲染|加速|计算|显示|显控)?(?:芯片|加速卡)|图形显控|"
    r"(?:独立)?显卡芯片|"
    r"(?:graphics|vision|neural|tensor|language) processing units?|graphics (?:processors?|chips?)|"
    r"aiot(?:应用|智能|处理器|领域|高端| )*(?:soc|处理器|应用处理器)|ai-?soc|ai-?isp芯片|"
    r"(?:(?:^|(?<=[、/和与及,的为营事注 ]))|通用)智能(?:处理器)?芯片(?!卡)|边缘ai(?=$)|端侧ai(?=$)|"
    r"算力gpu|"
    r"(?<=cpu[与和及、/])(?!fpga|dpu|ssd|网络)[a-z]+(?:加速器|加速卡)|智能(?:加速卡|加速芯片|处理器)|"
    r"(?:(?<![a-z])ai|人工智能|智驾|自动驾驶|智能驾驶)算法[与和及]芯片(?=(?:研发|设计)?(?:企业|公司|商)?(?:$|[、与和及,]))|ai加速(?=$|[、与和及])|dsa芯片"
)

# --- what sits around them -------------------------------------------------------------------------------
_RELATED = (
    # foundry, wafers
    r"晶圆代工|晶圆制造|芯片代工|芯片制造|集成电路制造|特色工艺(?:平台|代工)?|半导体代工|圆片代工|"
    r"晶圆厂|foundry|foundries|wafer fab(?:rication)?|"
    r"contract chipmaker|chip manufacturing|"
    r"半导体硅片|半导体(?:级)?单晶硅|硅单晶|硅抛光片|抛光片|硅外延片?|外延片|外延晶圆|单晶硅片|大硅片|"
    r"(?:\d{1,4}+(?:mm|英寸|寸)|半导体)?硅片|硅晶圆|晶圆(?!级|厂)|"
    r"soi|silicon wafers?|epitaxial wafers?|epi wafers?|wafers?(?!-scale)|"
    r"碳化硅(?:衬底|晶片|芯片衬底|外延|单晶)|(?:碳化硅|氮化镓|砷化镓|磷化铟|氧化镓|"
    r"化合物)(?:半导体)?(?:衬底|外延|单晶|晶体)|半导体衬底|sic substrates?|"
    # equipment
    r"半导体(?:射频|设备|制程)+电源|半导体设备|晶圆设备|芯片设备|刻蚀(?:机|设备)?|蚀刻设备|"
    r"薄膜沉积(?:设备)?|(?<![a-z])(?:pe|ald|lp|mo|sa|"
    r"hdp)?(?:cvd|pvd|ald|cmp)(?![a-z])(?:设备|抛光[垫液头]|材料|装备)?|离子注入(?:机|设备)?|"
    r"(?:直写)?光刻(?:机|设备|系统)?(?!胶|材料)|(?<![a-z])(?:arf|krf|euv|duv)(?![a-z])|(?:混合|晶圆)键合|"
    r"涂胶显影(?:机|设备)?|"
    r"(?:半导体|晶圆|湿法|单片|槽式)清洗(?:机|设备)?|湿法(?:工艺)?设备|去胶设备|热处理设备|快速退火|"
    r"立式炉|(?:半导体|碳化硅|晶体)?(?:单晶炉|长晶炉|晶体生长设备|"
    r"长晶设备)|键合(?:机|设备)|划片机|减薄机|固晶机|"
    r"(?:封装|划片|减薄|固晶|焊线|塑封)(?:[与和及、](?:贴片|测试|划片|切割|减薄|固晶|焊线|键合))?设备|"
    r"探针台|探针卡|分选机|测试机|测试座|电子束(?:量测|检测)|(?:半导体|晶圆|芯片|"
    r"存储)?(?<![质流数])量检测(?:设备)?|(?:半导体|晶圆)(?:检测|量测)(?:设备)?|"
    r"电子特种气体|电子特气|电子气体|特种气体|"
    r"高纯(?:介质|工艺|气体|试剂|化学品|石英|金属|系统)+|超高纯|静电卡盘|真空腔体|"
    r"etch(?:ing|ers?)?(?: equipment| tools?)?|deposition(?: equipment| tools?)?|lithograph\w*|"
    r"ion implant\w*|wafer cleaning|metrology|probe cards?|probers?|wafer inspection|"
    r"automat(?:ic|ed) test equipment|"
    r"(?:semiconductor|chip|wafer|fab|chipmaking)(?: capital| manufacturing| production| process|"
    r" test(?:ing)?| wet)? (?:equipment|tools?|machinery|materials?|parts|components|chemicals|gases)|"
    # materials
    r"光刻胶|光刻材料|光致抗蚀剂|(?:硅)?前驱体|靶材|溅射靶|抛光液|抛光垫|湿电子化学品|湿化学品|"
    r"电子化学品|电镀液|显影液|电子级(?:多晶硅|硫酸|氢氟酸|磷酸|化学品|试剂|"
    r"玻璃纤维)+|半导体(?:级|用)?石英\w*|"
    r"光掩模版?|光掩膜版?|掩膜版?|掩模版?|电子材料|半导体材料|引线框架|键合丝|键合线|环氧塑封料|"
    r"塑封料|(?:球形)?硅微粉|底部填充|封装材料|photoresists?|photomasks?|"
    r"sputtering targets?|precursors?|slurr(?:y|ies)|specialty gases|"
    # packaging and test
    r"封装基板|fc-?(?:bga|csp)(?:基板)?|载板|abf|先进封装|晶圆级封装|系统级封装|封装测试|封测|凸块|晶圆测试|芯片测试|成品测试|"
    r"advanced packaging|(?:chip|semiconductor|"
    r"ic) packaging|osat|assembly and test(?:ing)?|chip test(?:ing|ers?)?|package substrates?|"
    r"ic substrates?|"
    # EDA, IP, design services
    r"(?<![a-z])eda(?![a-z])(?:软件|工具|平台|解决方案| software| tools?)*|"
    r"electronic design automation|原型验证|"
    r"布局布线|硬件仿真加速|芯片良率|良率提升(?:软件)?|"
    r"(?:半导体|芯片|集成电路|接口|物理|基础|处理器|存储|模拟|数字|高速|soc|cpu|gpu|npu|ai|serdes|ddr|pcie|ucie|"
    r"hbm|risc-?v|arm|硅)(?:/|"
    r" |的|及|与|和|核心|内核|架构|指令集)*"
    r"(?<![a-z])ips?(?![a-z]|网络|电话|话机|地址|运营|形象|衍生|孵化|摄像)"
    r"(?:核|内核|授权|许可|设计|供应|产品|业务|平台|模块)*|"
    r"(?:semiconductor|silicon|chip|processor|interface|design|licens\w+) ips?(?![a-z])|ip (?:cores?|"
    r"licens\w+|blocks)|ip核|ip授权|"
    r"芯片(?:定制|设计定制|设计|量产|一站式)+服务|集成电路设计服务|asic(?:定制|设计|"
    r"芯片设计)+(?:服务)?|芯片定制|一站式芯片|流片(?:服务|代理|平台)|(?:chip|asic|"
    r"ic) design services?|custom asics?|turnkey|"
    # memory
    r"(?<![a-z0-9])(?:lp|g)?ddr\d?x?(?![a-z])|(?<![a-z])(?:dram|sram|nand|nor|hbm|eeprom|emmc|ufs|mram|"
    r"rram|reram|fram|flash|ssd)s?(?![a-z])(?:存储芯片|存储器|闪存|flash|内存|芯片)*|闪存|"
    r"内存(?:接口)?(?:芯片|条|模组|颗粒)?|"
    r"存储(?:器)?(?:控制|主控|控制器|接口|处理)?芯片|存储(?:器模组|器|模组|颗粒|晶圆|主控|控制器|"
    r"半导体|测试设备|卡(?!片)|产品|介质)|固态硬盘|存储|动态随机|随机存取|"
    r"memory|memories|memor(?:y|ies)(?: chips?| modules?)?|storage chips?|solid[ -]state drives?|"
    # CPU, FPGA, DPU
    r"(?<![a-z])(?:cpu|fpga|dpu|cpld|psoc|ipu|(?:smart|super)?nic|efpga)s?(?![a-z])|中央处理器|微处理器(?!控)|"
    r"可编程(?:逻辑)?(?:器件|芯片|门阵列)|智能网卡|网卡(?:芯片)?|数据处理器|网络处理器|网络控制器|"
    r"(?:手机|平板|移动|智能手机|座舱|智能座舱|应用|arm|arm架构|risc-?v|x86|pc|服务器|高端通用|高端|"
    r"通用)(?:端|级|通信|基带|主控|应用|高性能|架构|主|"
    r"核心|通用| |4g|5g|/)*(?:soc|处理器|处理器芯片)(?![a-z])|手机(?:基带|主)?芯片|座舱芯片|"
    r"智能座舱(?:芯片|soc)|"
    r"application processors?|smartphone (?:socs?|chips?|processors?)|mobile (?:socs?|processors?)|"
    r"central processing units?|microprocessors?|server processors?|data processing units?|smart nics?|"
    r"field[ -]programmable gate arrays?|programmable logic|"
    # servers
    r"服务器(?:整机|主板|代工|odm|系统|设备|硬件)*|高性能计算机|超级计算机|整机柜|(?:ai|智算|算力|"
    r"训推|推理|大模型|gpu)(?![^、,]{0,4}(?:眼镜|头显|手机|汽车|整车|相机|玩具|手表|音箱))"
    r"[^、,和与及]{0,4}(?:一体机|整机|"
    r"工作站|主机)|(?:ai |gpu )?servers?|supercomputers?|server racks?|"
    # optical and high-speed links
    r"(?:光|光通[信讯]|相干|pam4)[ ]?dsp(?:芯片)?|光模块|光器件|光纤连接器|光无源器件|(?<![a-z])mpo(?![a-z])|"
    r"光引擎|光芯片|光电芯片|(?<!激)光收发\w*|光电子器件|光电共封装|(?<![a-z])(?:cpo|lpo|aoc|"
    r"aec|roadm|awg|eml|vcsel|dfb|osfp|"
    r"qsfp)(?![a-z])(?:光芯片|芯片|激光器|模块)*|光子?(?:网络)?交换|硅光子?(?:芯片|引擎|模块|技术|集成)*|光互[连联]|"
    r"光子?通[信讯](?:器件|模组|芯片|电芯片|模块|元件|收发)*|"
    r"光传输(?:设备)?|激光器芯片|高速线缆|高速铜缆(?:连接器)?|高速铜连接|铜连接|网络芯片|铜缆|高速(?:背板)?连接器|"
    r"高速互[连联]\w{0,2}|高速接口(?:芯片)?|"
    r"(?:片间|芯粒|超节点|scale-?up|算力|智算|ai)?(?:网络)?互[连联]芯片|网络互[连联]|(?:以太网|pcie|"
    r"网络|数据中心|ai|高速|nvlink|"
    r"tor)?(?: )?交换(?:芯片|机)|以太网(?:物理层)?(?:phy)?(?:芯片)|pcie ?(?:switch|retimer|交换|"
    r"桥接)?\w{0,2}|serdes|"
    r"retimers?|cxl|infiniband|chiplet(?:互[连联])?|芯粒|"
    r"optical (?:modules?|transceivers?|components?|engines?|chips?|interconnects?|communications?)|"
    r"(?:optical )?transceivers?|silicon photonics?|photonic (?:chips?|integrated circuits?)|"
    r"laser chips?|interconnects?|switch(?:ing)? (?:chips?|silicon)|ethernet switch\w*|"
    r"high-speed (?:cables?|connectors?|links?|interfaces?)|co-packaged optics|"
    # the computing chip that is not plainly one of the above
    r"(?:通用|高性能|高端)处理器"
)

_ROLE = (
    r"代工|制造服务|流片服务|封装|测试(?:设备|系统|服务|机|板|治具|夹具)?|检测(?:设备|服务|系统)?|"
    r"量测(?:设备)?|老化(?:测试)?(?:设备)?|验证(?:系统|平台|"
    r"工具|服务)?|仿真(?:系统|平台|工具|软件)?|设备|装备|专用装备|材料|耗材|零部件|部件|配件|"
    r"基板|ips?(?![a-z])(?:核|授权)?|设计服务|设计平台服务|定制服务|供应链服务|设计与供应链服务|"
    r"量产服务|服务器|键合|掺杂|抛光|切割|减薄|清洗|外延|衬底|"
    r"packaging|testing|testers?|test equipment|equipment|materials?|substrates?|design services?|probe|"
    r"assembly|manufacturing services?|verification|emulation|simulation"
)

# --- what is none of them --------------------------------------------------------------------------------
_STICKY = (
    r"光伏|太阳能|锂电\w?|锂离子|储能|动力电池|(?<![a-z])(?:micro|mini|o)?leds?(?![a-z])|矿机|挖矿|"
    r"矿池|比特币|区块链|加密货币|虚拟货币|数字货币|"
    r"bitcoin|crypto(?:currency|currencies|-mining)?|blockchain|mining (?:machines?|rigs?|asics?|"
    r"chips?)|miners?(?![a-z])|solar|photovoltaic|lithium|batter(?:y|ies)|智能电表|"
    r"生物芯片|基因(?:芯片|检测|测序)|蛋白芯片|微流控|动漫|影视|文旅|潮玩|食品|餐饮|白酒|"
    r"(?<![a-z])ipc(?![a-z])|包装|彩票|房地产|印花|油田|石油|光纤光缆|"
    r"pcb|印制电路板|柔性电路板|覆铜板|"
    # what shares its letters with a chip: TPU the plastic, DCU of the exhaust, GPU of the apron
    r"二手|second-hand|refurbished|mining gpus?(?![a-z])|"
    r"高分子|鞋材|脑机接口|声学|聚氨酯|热塑性|弹性体|polyurethane|elastomers?|尿素|尾气|地面电源|"
    r"ground power units?"
)
_OTHER_CHIP = (
    r"(?<![a-z])(?:mcu|dsp|adc|dac|isp|cis|pmic|ldo|nfc|rfid|gnss|gps|ddic|tddi|uwb|pmu|bms|vcm|osd|poe|"
    r"tws|bcd)s?(?![a-z])(?:芯片)?|微控制器|单片机|嵌入式cpu|[高大]功率(?:半导体)?激光(?:器)?(?:芯片)?|"
    r"数字信号处理器?|信号链|"
    r"(?:电源(?:管理)?|模拟|射频|音频|音视频|功放|蓝牙|wi-?fi|wifi|无线(?:通信|连接)?|短距|通信|蜂窝|"
    r"基带|导航|定位|北斗|卫星(?:通信)?|时钟|驱动|"
    r"电机驱动|电机控制|马达驱动|显示驱动|显示|触控|触摸|指纹|安全|加密|密码|金融|智能卡|sim卡|电表|"
    r"计量|隔离|接口|usb|type-?c|快充|充电|电池管理|传感器?|传感|"
    r"图像传感|图像信号|图像处理|视频编解码|视频处理|安防|机顶盒|电视|家电|照明|白光|红外|太赫兹|"
    r"毫米波|雷达|物联网|低功耗|电力线(?:载波)?|载波|plc|生物|基因|微流控|"
    r"指纹识别|人脸识别|功率|分立|保护|逻辑|车规(?:级)?控制|汽车电子|工控|控制)(?:管理|控制|通信|识别|"
    r"信号|处理|编解码|及|与|和|、|/|类|级|主控| |soc|ip|系列|"
    r"微)*(?:芯片|soc|ic(?![a-z])|集成电路|处理器|半导体|mcu)|"
    r"功率(?:半导体|器件|模块|分立器件)|分立器件|半导体分立器件|(?<![a-z])(?:igbt|mosfet|mos管|bjt|"
    r"tvs|sic器件|"
    r"gan器件)s?(?![a-z])(?:模块|器件|芯片)?|二极管|三极管|晶体管|晶闸管|碳化硅(?:功率)?(?:器件|模块)|"
    r"氮化镓(?:功率)?器件|(?:cmos)?图像传感器|"
    r"传感器|(?<![a-z])mems(?![a-z])(?:麦克风|传感器|芯片|器件)?|麦克风|滤波器|射频(?:前端)?(?:模组|"
    r"模块|器件)?|天线|基带|蓝牙|wi-?fi|机顶盒|"
    r"microcontrollers?|image sensors?|sensors?|(?:power(?: management)?|rf|analog(?:ue)?|audio|"
    r"bluetooth|wireless|display driver|wi-?fi|touch|security|baseband|modem|fingerprint|smart card|"
    r"sensor|communication|discrete|mixed-signal|connectivity|automotive control|nfc|gnss|iot|"
    r"timing)(?:[ -](?:management|driver|front-end|control|signal))* ?(?:chips?|chipsets?|ics?(?![a-z])|"
    r"socs?(?![a-z])|semiconductors?|devices?|modules?)|power semiconductors?|power discretes?|"
    r"basebands?|modems?"
)
_OTHER = (
    # renting, clouds, centres
    r"租赁|出租|租用|租借|转租|租售|云服务器|云服务|云平台|云主机|云计算|公有云|私有云|混合云|云游戏|"
    r"云存储|云渲染|云桌面|云原生|云网|(?:算力|gpu|ai)云|云(?=$|业务|"
    r"厂商|基础设施)|(?:gpu|智算|算力|千卡|万卡)集群(?:运营|运维|服务(?!器)|托管|建设)|"
    r"算力(?:服务(?!器)|平台|调度|运营|网络|中心|基础设施|交易|运维)|智算(?:中心|云|服务(?!器)|"
    r"平台)|计算中心|数据中心(?:服务|建设|运营|托管|工程)|"
    r"(?<![a-z])(?:idc|aidc|saas|paas|iaas|cdn)(?![a-z])|主机托管|托管|机房|运营商|"
    r"as[- ]a[- ]service|rentals?|rent(?:s|ed|ing)?(?![a-z])|leas(?:e|es|ing)|cloud(?: computing| services?|"
    r" platforms?| providers?)?|hosting|colocation|(?:compute|computing) (?:power )?(?:services?|"
    r"platforms?)|data cent(?:er|re) (?:operat\w+|services?|construction|builder)|"
    # software, models, applications
    r"软件|算法|编译器|工具链|虚拟化|操作系统|数据库|中间件|应用程序|人脸识别|语音识别|自然语言|"
    r"大语言模型|大型语言模型|大模型|语言模型|多模态模型|世界模型|模型(?:服务|应用|"
    r"开发)|智能体|对话|机器视觉|计算机视觉|系统集成|集成商|信息化|信息服务|信息安全|网络安全|数字化|"
    r"大数据|互联网|电商|游戏|图形引擎|图形(?:设计|工作站软件|软件)|"
    r"应用(?:软件|平台|服务|开发)|解决方案提供商|物联网平台|"
    r"software|algorithms?|large language models?|llms?(?![a-z])|foundation models?|language models?|"
    r"generative ai|genai|chatbots?|apps?(?![a-z])|applications?|saas|platforms?|system integrat\w+|"
    r"integrators?|cybersecurity|big data|games?|gaming|e-commerce|internet|facial recognition|"
    # trade, money, people
    r"(?:粒子|质子|电子|直线|重离子|回旋|网络|游戏)加速器|(?:particle|linear|proton|startup) accelerators?|"
    r"动画|渲染(?:农场|服务)|(?:工业|物理|流体|机械|交通|飞行|数字)仿真(?:软件|平台|系统)?|"
    r"建筑|法律|律师|会计师|审计|运维|环境监测|环保|水务|"
    r"分销|代理|经销|贸易|批发|零售|采购|转售|供货代理|投资|基金|股权|概念股?|咨询|培训|教育|(?<!多)媒体|"
    r"资讯|招聘|孵化|产业园|园区|物业|会展|展会|论坛|回收|翻新|维修|检修|"
    r"元器件(?:商城|电商)?|元件(?!公司)|"
    r"distribut\w+|resell\w*|trad(?:ing|er|ers)(?![a-z])|invest\w*|funds?(?![a-z])|consult\w*|education|"
    r"media|recruit\w*|recycl\w*|repairs?|agents? (?:for|of)|importers?|procure\w*|purchas\w*|"
    # cooling, power, boards, passives
    r"散热(?:器|片|模组|方案|材料|系统)?|液冷(?:板|系统|设备|方案|材料)?|冷却(?:液|系统)?|温控(?:设备|"
    r"系统)?|导热\w{0,2}|热管理|热管|风扇|空调|制冷|供电|"
    r"供配电|配电|电源(?:模块|系统|模组)?|(?<![a-z])(?:ups|hvdc|psu|vrm)(?![a-z])|电感|电容|电阻|"
    r"变压器|晶振|连接器|线缆|电缆|光缆|机箱|机柜|"
    r"结构件|外壳|壳体|支架|线路板|电路板|主板|工控机|铜箔|玻纤布|电子布|洁净室|厂房|厂务|"
    r"cool(?:ing|ers?)(?: systems?| plates?)?|heat (?:sinks?|dissipation|pipes?)|thermal|"
    r"power suppl(?:y|ies)|power modules?|inductors?|capacitors?|chassis|enclosures?|"
    r"(?:printed )?circuit boards?|pcbs?(?![a-z])|motherboards?|cleanrooms?|connectors?|cables?|"
    r"fans?(?![a-z])|"
    # devices and everything else
    r"机器人|无人机|无人车|头显|眼镜|网约车|出租车|robotaxi|(?:激光|毫米波)雷达|摄像头|摄像机|镜头|监控|模组|"
    r"终端|手机|平板|电脑|笔记本|pc机|音箱|耳机|手表|穿戴|智能家居|"
    r"家电|家居|智能硬件|门锁|电视|显示器|显示屏|显示面板|显示模组|背光|面板|打印机|投影|汽车|整车|"
    r"卡车|航空|航天|卫星|医疗|医药|药物|新药|创新药|生物药|生物|疫苗|基因|手术|"
    r"诊断|轴承|电机|电池|新能源|风电|电力|锅炉|化工|钢铁|矿业|水泥|物流|仓储|农业|饲料|服装|玩具|"
    r"家具|通信设备|通信工程|通信模组|通信模块|量子(?:通信|计算)|"
    r"自动驾驶解决方案|智能驾驶解决方案|自动驾驶系统|域控制器(?=解决方案)|光学|激光(?:加工|设备|切割|"
    r"焊接)|数控|机床|注塑|印刷|"
    r"robots?|robotics|drones?|lidars?|radars?|cameras?|robotaxis?|phones?|smartphones?|tablets?|"
    r"laptops?|(?<![a-z])pcs?(?![a-z])|speakers?|earbuds?|wearables?|smart home|"
    r"appliances?|displays?|panels?|"
    r"vehicles?|cars?(?![a-z])|satellites?|medical|drugs?|pharma\w*|biotech\w*|biolog\w*|vaccines?|food|"
    r"oil(?![a-z])|petroleum|real estate|logistics|surveillance|quantum|toys?|wind power|"
    r"electric vehicles?"
)
_CHIP = (
    r"芯片|集成电路|半导体|处理器|协处理器|控制器|显卡|独显|加速卡|加速器|板卡|晶圆级|"
    r"(?<![a-z])(?:soc|asic|ic)s?(?![a-z])|"
    r"chips?(?![a-z])|chipmak\w+|semiconductors?|processors?|accelerators?|silicon|integrated circuits?"
)
_FIELD = r"(?<![a-z])ai(?![a-z])|人工智能|深度学习|神经网络|机器学习|存算一体|类脑|智驾|自动驾驶|智能驾驶"
_SPLIT = (
    r"、|/|\+|&|以及|及其|与|和|及|或|兼|同时|并(?=提供|从事|研发|生产|销售|开展)|, |(?<![a-z])(?:and|"
    r"or|as well as|plus)(?![a-z])"
)


@lru_cache(maxsize=8)
def scanner(products: tuple[str, ...] = ()) -> re.Pattern[str]:
    """One pattern over all words, `products` (folded names of AI chips) counted among the AI accelerators."""
    named = sorted((re.escape(p) for p in products), key=len, reverse=True)
    ai = "|".join([*(rf"(?<![a-z0-9]){name}(?![a-z])" for name in named), _AI])
    order = (
        (Kind.AI, ai),
        (Kind.STICKY, _STICKY),
        (Kind.OTHER_CHIP, _OTHER_CHIP),
        (Kind.RELATED, _RELATED),
        (Kind.OTHER, _OTHER),
        (Kind.ROLE, _ROLE),
        (Kind.CHIP, _CHIP),
        (Kind.FIELD, _FIELD),
        (Kind.SPLIT, _SPLIT),
    )
    return re.compile("|".join(f"(?P<{kind}>{pattern})" for kind, pattern in order))
